package tensorfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A pickle is a program for a small stack machine. This one builds values and calls nothing: what a
// pickle wants to call becomes a pyObject, and only those few that make tensors and dictionaries
// are known. Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py.

// pyDict is a dictionary, in its order.
type pyDict struct {
	keys   []any
	values []any
	attrs  any // of an OrderedDict with attributes of its own
}

// get is the value of a text key, the last where there are several; nil where there is none.
func (d *pyDict) get(key string) (value any) {
	for i, k := range d.keys {
		if k == any(key) {
			value = d.values[i]
		}
	}
	return value
}

// pyList is a list or a set, pyTuple a tuple.
type (
	pyList  struct{ items []any }
	pyTuple []any
)

// pyGlobal is the name of a class or a function: module.name.
type pyGlobal string

// pyObject is what a call would have made.
type pyObject struct {
	of    any // what is called, mostly a pyGlobal
	args  pyTuple
	state any // what BUILD gave it
}

// pyMark is on the stack where a collection begins.
type pyMark struct{}

// errPickle is what is said of any pickle that ends before it should.
var errPickle = errors.New("it ends too early (truncated?)")

// unpickler runs one pickle. Lengths in it are checked against the bytes that are there, so that it
// takes memory in proportion to them.
type unpickler struct {
	b       []byte
	at      int
	stack   []any
	memo    map[int]any
	storage func(id any) (any, error) // what a persistent id stands for
	call    func(of pyGlobal, args pyTuple) (any, error)
}

// take gives the next n bytes.
func (u *unpickler) take(n int) ([]byte, error) {
	if n < 0 || n > len(u.b)-u.at {
		return nil, errPickle
	}
	u.at += n
	return u.b[u.at-n : u.at], nil
}

// sized gives the bytes whose number is an integer of so many bytes before them.
func (u *unpickler) sized(width int) ([]byte, error) {
	n, err := u.uint(width)
	if err != nil || n > uint64(len(u.b)) {
		return nil, errPickle
	}
	return u.take(int(n))
}

func (u *unpickler) uint(width int) (uint64, error) {
	b, err := u.take(width)
	var whole [8]byte
	copy(whole[:], b)
	return binary.LittleEndian.Uint64(whole[:]), err
}

func (u *unpickler) line() (string, error) {
	n := bytes.IndexByte(u.b[u.at:], '\n')
	if n < 0 {
		return "", errPickle
	}
	b, err := u.take(n + 1)
	return strings.TrimSuffix(string(b[:len(b)-1]), "\r"), err
}

func (u *unpickler) push(x any) { u.stack = append(u.stack, x) }

// pop takes a value off the stack; a panic that load catches where there is none.
func (u *unpickler) pop() any {
	x := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return x
}

func (u *unpickler) top() any { return u.stack[len(u.stack)-1] }

// marked takes what lies above the last mark, and the mark.
func (u *unpickler) marked() pyTuple {
	for i := len(u.stack) - 1; ; i-- {
		if _, ok := u.stack[i].(pyMark); ok {
			items := append(pyTuple{}, u.stack[i+1:]...)
			u.stack = u.stack[:i]
			return items
		}
	}
}

// load runs the pickle at u.at up to its end and gives its value.
func (u *unpickler) load() (value any, err error) {
	defer func() {
		if r := recover(); r != nil { // of an empty stack
			value, err = nil, errors.New("it is not a pickle that can be read")
		}
	}()
	u.stack, u.memo = nil, map[int]any{}
	for {
		op, err := u.take(1)
		if err != nil {
			return nil, err
		}
		if op[0] == '.' {
			return u.pop(), nil
		}
		known, err := u.scalar(op[0])
		if err == nil && !known {
			known, err = u.collection(op[0])
		}
		if err == nil && !known {
			known, err = u.object(op[0])
		}
		if err == nil && !known {
			err = fmt.Errorf("it has an instruction %q that pickles of PyTorch do not have", op)
		}
		if err != nil {
			return nil, err
		}
	}
}

// scalar runs an instruction that makes a number, a text, or nothing.
func (u *unpickler) scalar(op byte) (known bool, err error) {
	var b []byte
	var n uint64
	var line string
	switch op {
	case 0x80: // PROTO
		_, err = u.take(1)
	case 0x95: // FRAME: a hint
		_, err = u.take(8)
	case 'N':
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(op == 0x88)
	case 'J':
		n, err = u.uint(4)
		u.push(int64(int32(n)))
	case 'K':
		n, err = u.uint(1)
		u.push(int64(n))
	case 'M':
		n, err = u.uint(2)
		u.push(int64(n))
	case 0x8a: // LONG1
		b, err = u.sized(1)
		u.push(long(b))
	case 0x8b: // LONG4
		b, err = u.sized(4)
		u.push(long(b))
	case 'G':
		b, err = u.take(8)
		if err == nil {
			u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
		}
	case 'X', 'T', 'B': // BINUNICODE, BINSTRING, BINBYTES
		b, err = u.sized(4)
		u.push(string(b))
	case 0x8c, 'U', 'C': // SHORT_BINUNICODE, SHORT_BINSTRING, SHORT_BINBYTES
		b, err = u.sized(1)
		u.push(string(b))
	case 0x8d, 0x8e, 0x96: // BINUNICODE8, BINBYTES8, BYTEARRAY8
		b, err = u.sized(8)
		u.push(string(b))
	case 'I', 'L', 'F', 'S', 'V': // of protocol 0
		line, err = u.line()
		u.push(written(op, line))
	default:
		return false, nil
	}
	return true, err
}

// long is a little-endian integer in two's complement: int64, or *big.Int where it is larger.
func long(b []byte) any {
	if len(b) > 8 {
		reversed := make([]byte, len(b))
		for i, x := range b {
			reversed[len(b)-1-i] = x
		}
		return new(big.Int).SetBytes(reversed)
	}
	var whole [8]byte
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		whole = [8]byte{255, 255, 255, 255, 255, 255, 255, 255}
	}
	copy(whole[:], b)
	return int64(binary.LittleEndian.Uint64(whole[:]))
}

// written is a value of protocol 0 as its line says it.
func written(op byte, line string) any {
	switch op {
	case 'I', 'L':
		if op == 'I' && (line == "00" || line == "01") {
			return line == "01"
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(line, "L"), 10, 64)
		if err == nil {
			return n
		}
	case 'F':
		if x, err := strconv.ParseFloat(line, 64); err == nil {
			return x
		}
	case 'S':
		return strings.Trim(line, `"'`)
	}
	return line
}
