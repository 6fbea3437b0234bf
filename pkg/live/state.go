package live

import "maps"

// State is all that the controls decide. The same State gives the same picture, to the byte.
type State struct {
	Category string // of the data set
	Defect   string // a defect type of the category: only its images; "" for all of them
	Image    int    // place in that list
	File     string // a picture of the user's, instead of the data set's; "" for none

	M         int    // prototypes
	Level     int    // of the encoder: 0 for all together, else the group of levels
	INP       int    // whose attention is drawn large, from 1; 0 for none
	Blend     int    // percent of the map over the picture
	Fixed     bool   // one colour scale whatever M is, instead of the data set's own for each
	Threshold int    // percent of the colour scale from where on a pixel is called anomalous
	Compare   string // the detector beside; "" for none
	Shots     int    // normal references of MultiADS

	KBA     bool              // all prompts of a type, or one that names it
	Type    string            // the defect type whose prompts are in the text box
	Own     bool              // only types that can occur on the product
	Prompts map[string]string // edited prompts of a type, a line each
	Added   []string          // types that the user added
}

// edited is a copy with other prompts of a type.
func (s State) edited(name, prompts string) State {
	s.Prompts = maps.Clone(s.Prompts)
	if s.Prompts == nil {
		s.Prompts = map[string]string{}
	}
	s.Prompts[name] = prompts
	return s
}
