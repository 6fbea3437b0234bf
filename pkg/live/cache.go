package live

import "container/list"

// Cache keeps the last few values by key.
type Cache[V any] struct {
	most  int
	order *list.List // of *entry, the last used in front
	byKey map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

// NewCache keeps at most so many.
func NewCache[V any](most int) *Cache[V] {
	return &Cache[V]{most: most, order: list.New(), byKey: map[string]*list.Element{}}
}

// Get gives the value of a key, made where it is not kept.
func (c *Cache[V]) Get(key string, make func() (V, error)) (V, error) {
	if e := c.byKey[key]; e != nil {
		c.order.MoveToFront(e)
		return e.Value.(*entry[V]).value, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	c.byKey[key] = c.order.PushFront(&entry[V]{key, v})
	if c.order.Len() > c.most {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.byKey, last.Value.(*entry[V]).key)
	}
	return v, nil
}
