package tensorfile

import (
	"errors"
	"slices"
)

// entries of checkpoints that hold the weights, the one to take first: averaged weights as timm
// takes them, then what the others call the model.
var holders = []string{"state_dict_ema", "model_ema", "ema_state_dict", "ema_model", "ema",
	"params_ema", "state_dict", "model", "teacher", "model_state_dict", "model_state", "student",
	"module", "network", "net", "backbone", "encoder", "weights", "params"}

// stateDict gathers tensors by name.
type stateDict struct {
	out    map[string]*torchTensor
	seen   int // values looked at
	budget int // bytes that the tensors may have
	err    error
}

// deepest is how far into one another the parts of a module may lie, and most how many values are
// looked at: values may hold one another.
const deepest, most = 64, 4 << 20

// unwrap finds the weights in a checkpoint and gathers them; from is the entry that they were
// under, and left are others with tensors.
func (s *stateDict) unwrap(value any) (from string, left []string) {
	for range deepest {
		d, ok := value.(*pyDict)
		if !ok {
			break
		}
		i := slices.IndexFunc(holders, func(key string) bool { return s.holds(d.get(key)) })
		if i < 0 {
			break
		}
		for k, key := range d.keys {
			if name, ok := key.(string); ok && name != holders[i] && len(left) < 8 &&
				name != "optimizer" && s.holds(d.values[k]) {
				left = append(left, name)
			}
		}
		if from != "" {
			from += "."
		}
		from, value = from+holders[i], d.get(holders[i])
	}
	s.gather("", value, 0)
	return from, left
}

// holds tells whether a value is a dictionary or a module with tensors somewhere in it.
func (s *stateDict) holds(value any) bool {
	switch value.(type) {
	case *pyDict, *pyObject:
	default:
		return false
	}
	look := &stateDict{out: map[string]*torchTensor{}, seen: s.seen}
	look.gather("", value, 0)
	s.seen = look.seen
	return len(look.out) > 0
}

// gather takes the tensors of a value under a name.
func (s *stateDict) gather(name string, value any, depth int) {
	if s.seen++; depth > deepest || s.seen > most {
		if s.seen > most {
			s.err = errors.New("too many values")
		}
		return
	}
	within := func(key any) (string, bool) {
		part, ok := key.(string) // numbers are an optimiser's
		if name != "" && part != "" {
			part = name + "." + part
		}
		return part, ok && part != ""
	}
	switch x := value.(type) {
	case *torchTensor:
		if x != nil && name != "" {
			s.out[name] = x
		}
	case *pyDict:
		for i, key := range x.keys {
			if below, ok := within(key); ok {
				s.gather(below, x.values[i], depth+1)
			}
		}
	case *pyObject:
		s.module(name, x, depth)
	}
}

// module takes the tensors of a module: of PyTorch's, whose parameters, buffers and parts lie in
// dictionaries of those names, or of TorchScript's, whose attributes they are.
func (s *stateDict) module(name string, x *pyObject, depth int) {
	state := x.state
	if t, ok := state.(pyTuple); ok && len(t) > 0 { // dict and slots
		state = t[0]
	}
	attributes, ok := state.(*pyDict)
	if !ok {
		return
	}
	plain := false
	for _, part := range []string{"_parameters", "_buffers", "_modules"} {
		if d, ok := attributes.get(part).(*pyDict); ok {
			s.gather(name, d, depth+1)
			plain = true
		}
	}
	if !plain {
		s.gather(name, attributes, depth+1)
	}
}
