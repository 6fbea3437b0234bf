package synth

// Category is one kind of object or texture with the flaws it can have.
type Category struct {
	Name  string
	Types []Type
	Paint func(*Scene) // draws one specimen with the scene's random numbers
}

// Type is a defect type: as the benchmark's folders or lists name it, and as it is drawn.
type Type struct{ Name, Draw string }

// same are types whose name is that of the drawing.
func same(names ...string) (types []Type) {
	for _, n := range names {
		types = append(types, Type{n, n})
	}
	return types
}

// Benchmark stands in for a published data set: other pictures in that set's layout and vocabulary.
type Benchmark struct {
	Name       string // the folder's
	Layout     string // of package datasets
	StandsFor  string
	Combined   bool // some pictures have two or three types at once
	Categories []Category
	write      layout
	wild       float64 // 1 for pictures taken by hand
}

// Benchmarks are the stand-ins for the data sets of both papers. No category is in two of them, so
// that any can be the source and any other the target of a transfer.
func Benchmarks() []Benchmark {
	return []Benchmark{
		{Name: "mvtec", Layout: "mvtec", StandsFor: "MVTec-AD", Combined: true,
			write: mvtecLayout{".png"}, Categories: []Category{
				{"cloth", []Type{{"color", "spot"}, {"cut", "cut"}, {"hole", "hole"},
					{"metal_contamination", "contamination"}, {"thread", "thread"}}, cloth},
				{"mesh", []Type{{"bent", "bent"}, {"broken", "broken"}, {"glue", "glue"},
					{"metal_contamination", "contamination"}, {"thread", "thread"}}, mesh},
				{"leather", []Type{{"color", "spot"}, {"cut", "cut"}, {"fold", "melt"},
					{"glue", "glue"}, {"poke", "poke"}}, leather},
				{"terrazzo", []Type{{"crack", "crack"}, {"glue_strip", "glue"},
					{"gray_stroke", "stain"}, {"oil", "liquid"}, {"rough", "damage"}}, terrazzo},
				{"wood", []Type{{"color", "stain"}, {"hole", "hole"}, {"liquid", "liquid"},
					{"scratch", "scratch"}}, wood},
				{"bottle", []Type{{"broken_large", "broken"}, {"broken_small", "chip"},
					{"contamination", "contamination"}}, bottle},
				{"cable", []Type{{"bent_wire", "bent"}, {"cable_swap", "color"},
					{"cut_inner_insulation", "cut"}, {"missing_cable", "missing"},
					{"poke_insulation", "poke"}}, cable},
				{"screw", []Type{{"manipulated_front", "bent"}, {"scratch_head", "scratch"},
					{"thread_side", "burrs"}, {"thread_top", "flattening"}}, screw},
				{"transistor", []Type{{"bent_lead", "bent"}, {"cut_lead", "missing"},
					{"damaged_case", "damage"}, {"misplaced", "misplaced"}}, transistor},
				{"zipper", []Type{{"broken_teeth", "missing"}, {"fabric_border", "damage"},
					{"rough", "abrasion"}, {"split_teeth", "misplaced"},
					{"squeezed_teeth", "squeeze"}},
					zipper},
			}},
		{Name: "visa", Layout: "visa", StandsFor: "VisA", Combined: true, write: visaLayout{},
			Categories: []Category{
				{"candles", []Type{{"weird wick", "weird wick"}, {"melded", "melded"},
					{"extra", "extra"}, {"missing", "missing"}, {"spot", "spot"},
					{"partical", "particle"}, {"damage", "damage"}}, candles},
				{"softgels", same("bubble", "scratch", "stuck", "melt", "missing"), capsules},
				{"biscuit", []Type{{"burnt", "burnt"}, {"breakage", "broken"}, {"stuck", "stuck"},
					{"hole", "hole"}, {"chip", "chip"}, {"crack", "crack"}}, biscuit},
				{"circuit_board", []Type{{"bent", "bent"}, {"melt", "melt"}, {"missing", "missing"},
					{"wrong place", "misplaced"}, {"extra", "extra"}, {"scratch", "scratch"}},
					board},
				{"pipe_elbow", []Type{{"crack", "crack"}, {"scratch", "scratch"},
					{"breakage", "broken"}, {"burnt", "burnt"}, {"spot", "spot"}}, pipe},
			}},
		{Name: "real-iad", Layout: "realiad", StandsFor: "Real-IAD", write: realIADLayout{},
			Categories: []Category{
				{"button_cell", same("pit", "scratch", "abrasion", "missing", "contamination"),
					battery},
				{"crown_cap", same("deformation", "scratch", "foreign", "missing", "damage"),
					crown},
				{"hex_nut", same("pit", "deformation", "abrasion", "foreign", "contamination"),
					nut},
			}},
		{Name: "mpdd", Layout: "mpdd", StandsFor: "MPDD", write: mvtecLayout{".png"},
			Categories: []Category{
				{"angle_black", []Type{{"bend_and_parts_mismatch", "bent"},
					{"parts_mismatch", "mismatch"}, {"defective_painting", "defective painting"},
					{"scratches", "scratch"}}, bracket},
				{"riveted_plate", []Type{{"hole", "hole"}, {"parts_mismatch", "mismatch"},
					{"flattening", "flattening"}, {"scratches", "scratch"}}, plate},
				{"brushed_sheet", []Type{{"hole", "hole"}, {"scratches", "scratch"},
					{"major_rust", "rust"}}, brushed},
			}},
		{Name: "mad-sim", Layout: "mad", StandsFor: "MAD-Sim", write: mvtecLayout{".png"},
			Categories: []Category{
				{"01Duck", toyTypes[:3], duck}, {"02Bear", toyTypes[:3], bear},
			}},
		{Name: "mad-real", Layout: "mad", StandsFor: "MAD-Real", write: mvtecLayout{".jpg"},
			wild: 1, Categories: []Category{
				{"Parrot", toyTypes[:2], parrot},
			}},
	}
}

var toyTypes = []Type{{"Stains", "stain"}, {"Missing", "missing"}, {"Burrs", "burrs"}}

// Size is how many pictures a category has, and how large they are.
type Size struct {
	Side int // pixels
	// normal pictures to learn from, and normal and flawed ones to be tested on
	Train, Good, Flaw int
}

// Sizes of a benchmark.
var Sizes = map[string]Size{
	"smoke": {96, 5, 3, 6},
	"tiny":  {256, 40, 16, 28},
	"large": {256, 200, 60, 120},
}
