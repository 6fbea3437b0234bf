package synth

// Flaws that no look at a piece alone would tell: each piece is sound, but there is one too few or
// too many, or they are not where they belong.

// pieces are the object's pieces and its spare places.
func (c *clue) pieces() (pieces, spare []int) {
	for i, p := range c.sc.parts {
		if p.name == "" {
			spare = append(spare, i)
		} else {
			pieces = append(pieces, i)
		}
	}
	return pieces, spare
}

// oneOf draws one of several.
func (c *clue) oneOf(of []int) int { return of[c.IntN(len(of))] }

// other is a piece of another kind than i.
func (c *clue) other(i int, pieces []int) int {
	var others []int
	for _, j := range pieces {
		if c.sc.parts[j].name != c.sc.parts[i].name {
			others = append(others, j)
		}
	}
	return c.oneOf(others)
}

// to moves piece i to where j is.
func (c *clue) to(i, j int) partEdit {
	a, b := c.sc.parts[i], c.sc.parts[j]
	return partEdit{dx: b.x - a.x, dy: b.y - a.y}
}

// twin draws piece i a second time, where j is.
func (c *clue) twin(i, j int) partEdit {
	b := c.sc.parts[j]
	return partEdit{again: true, x2: b.x, y2: b.y, turnAgain: c.between(-0.1, 0.1)}
}

func missingPart(c *clue) edits {
	pieces, _ := c.pieces()
	return edits{parts: map[int]partEdit{c.oneOf(pieces): {gone: true}}}
}

func extraPart(c *clue) edits {
	pieces, spare := c.pieces()
	i := c.oneOf(pieces)
	return edits{parts: map[int]partEdit{i: c.twin(i, c.oneOf(spare))}}
}

func swappedParts(c *clue) edits {
	pieces, _ := c.pieces()
	i := c.oneOf(pieces)
	j := c.other(i, pieces)
	return edits{parts: map[int]partEdit{i: c.to(i, j), j: c.to(j, i)}}
}

func misplacedPart(c *clue) edits {
	pieces, spare := c.pieces()
	i := c.oneOf(pieces)
	return edits{parts: map[int]partEdit{i: c.to(i, c.oneOf(spare))}}
}

// wrongPart puts a piece of another kind in one's place: the number of all is right, that of each
// kind is not.
func wrongPart(c *clue) edits {
	pieces, _ := c.pieces()
	i := c.oneOf(pieces)
	j := c.other(i, pieces)
	return edits{parts: map[int]partEdit{i: {gone: true}, j: c.twin(j, i)}}
}
