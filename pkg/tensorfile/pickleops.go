package tensorfile

import "errors"

// collection runs an instruction that makes or fills a tuple, a list or a dictionary, or moves
// values about.
func (u *unpickler) collection(op byte) (known bool, err error) {
	switch op {
	case '(':
		u.push(pyMark{})
	case '0': // POP
		u.pop()
	case '1': // POP_MARK
		u.marked()
	case '2': // DUP
		u.push(u.top())
	case ')':
		u.push(pyTuple{})
	case 't':
		u.push(u.marked())
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		n := len(u.stack) - int(op-0x84)
		items := append(pyTuple{}, u.stack[n:]...)
		u.stack = u.stack[:n]
		u.push(items)
	case ']', 0x8f: // EMPTY_LIST, EMPTY_SET
		u.push(&pyList{})
	case 'l', 0x91: // LIST, FROZENSET
		u.push(&pyList{u.marked()})
	case '}':
		u.push(&pyDict{})
	case 'd':
		items, d := u.marked(), &pyDict{}
		d.set(items...)
		u.push(d)
	case 'a':
		x := u.pop()
		u.extend(x)
	case 'e', 0x90: // APPENDS, ADDITEMS
		items := u.marked()
		u.extend(items...)
	case 's':
		value, key := u.pop(), u.pop()
		u.fill(key, value)
	case 'u':
		items := u.marked()
		u.fill(items...)
	case 'p', 'g': // PUT, GET
		line, err := u.line()
		n, ok := written('I', line).(int64)
		if err != nil || !ok {
			return true, errPickle
		}
		return true, u.remember(op == 'p', int(n))
	case 'q', 'h': // BINPUT, BINGET
		n, err := u.uint(1)
		if err != nil {
			return true, err
		}
		return true, u.remember(op == 'q', int(n))
	case 'r', 'j': // LONG_BINPUT, LONG_BINGET
		n, err := u.uint(4)
		if err != nil {
			return true, err
		}
		return true, u.remember(op == 'r', int(n))
	case 0x94: // MEMOIZE
		u.memo[len(u.memo)] = u.top()
	default:
		return false, nil
	}
	return true, nil
}

// remember puts the stack's top into the memo, or what the memo has onto the stack.
func (u *unpickler) remember(put bool, n int) error {
	if put {
		u.memo[n] = u.top()
		return nil
	}
	x, ok := u.memo[n]
	if !ok {
		return errors.New("it asks for a value that it has not made")
	}
	u.push(x)
	return nil
}

// set puts in keys and values by turns; the last key without a value is left out.
func (d *pyDict) set(items ...any) {
	for i := 0; i+1 < len(items); i += 2 {
		d.keys, d.values = append(d.keys, items[i]), append(d.values, items[i+1])
	}
}

// extend appends to the list on the stack's top; what is no list keeps nothing.
func (u *unpickler) extend(items ...any) {
	if l, ok := u.top().(*pyList); ok {
		l.items = append(l.items, items...)
	}
}

// fill puts keys and values by turns into the dictionary on the stack's top, or into the object.
func (u *unpickler) fill(items ...any) {
	switch d := u.top().(type) {
	case *pyDict:
		d.set(items...)
	case *pyObject: // of a dictionary's kind
		own, ok := d.state.(*pyDict)
		if !ok {
			own = &pyDict{}
			d.state = own
		}
		own.set(items...)
	}
}

// object runs an instruction that would call something.
func (u *unpickler) object(op byte) (known bool, err error) {
	switch op {
	case 'c', 'i': // GLOBAL, INST
		module, err := u.line()
		if err != nil {
			return true, err
		}
		name, err := u.line()
		if err != nil {
			return true, err
		}
		of := pyGlobal(module + "." + name)
		if op == 'i' {
			return true, u.made(of, u.marked())
		}
		u.push(of)
	case 0x93: // STACK_GLOBAL
		name, module := u.pop(), u.pop()
		m, _ := module.(string)
		n, _ := name.(string)
		u.push(pyGlobal(m + "." + n))
	case 'o': // OBJ
		items := u.marked()
		return true, u.made(items[0], items[1:])
	case 'R', 0x81: // REDUCE, NEWOBJ
		args, of := u.pop(), u.pop()
		t, ok := args.(pyTuple)
		if !ok {
			return true, errors.New("it calls something without arguments")
		}
		return true, u.made(of, t)
	case 0x92: // NEWOBJ_EX
		u.pop() // by name
		args, of := u.pop(), u.pop()
		t, _ := args.(pyTuple)
		return true, u.made(of, t)
	case 'b': // BUILD
		state := u.pop()
		switch x := u.top().(type) {
		case *pyObject:
			x.state = state
		case *pyDict:
			x.attrs = state
		}
	case 'Q', 'P': // BINPERSID, PERSID
		var id any
		if op == 'Q' {
			id = u.pop()
		} else if id, err = u.line(); err != nil {
			return true, err
		}
		x, err := u.storage(id)
		if err != nil {
			return true, err
		}
		u.push(x)
	case 0x82, 0x83, 0x84: // EXT1, EXT2, EXT4
		_, err := u.take(1 << (op - 0x82))
		u.push(nil)
		return true, err
	default:
		return false, nil
	}
	return true, nil
}

// made pushes what a call stands for.
func (u *unpickler) made(of any, args pyTuple) error {
	if g, ok := of.(pyGlobal); ok {
		x, err := u.call(g, args)
		if err != nil {
			return err
		}
		if x != nil {
			u.push(x)
			return nil
		}
	}
	u.push(&pyObject{of: of, args: args})
	return nil
}
