package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/multiads"
	"adlab/pkg/setting"

	"github.com/spf13/cobra"
)

// flagOf is how a setting is spelled on the command line.
var flagOf = map[string]string{
	"Archive": "from", "Size": "size", "Start": "start", "Without": "without",
	"Layout": "layout", "Data": "data", "Detector": "detector", "Profile": "profile",
	"Setting": "setting", "Encoder": "encoder", "Pair": "clip", "Seed": "seed", "Steps": "steps",
	"Batch": "batch", "Rate": "rate", "Resize": "resize", "Crop": "crop", "Shots": "shots",
	"OfficialShots": "official-shots", "Convention": "metrics",
	"Bootstrap": "bootstrap",
	"INPs":      "inps", "Ablation": "ablation", "Blocks": "blocks",
	"Neighbours": "neighbours", "Radius": "radius", "Variance": "variance",
	"Rotations": "rotations", "Unmasked": "no-mask",
	"Noise": "noise", "Recentre": "recentre",
	"Sources": "source", "KBA": "kba", "Extend": "kba-add", "Single": "no-kba",
	"Sentences": "sentences", "Context": "context", "Revision": "revision",
	"Objective": "objective", "Rule": "score-rule", "Mosaic": "mosaic",
	"Columns": "column-order", "Filter": "filter", "Types": "types",
	"Masks": "masks", "Maps": "maps", "AllowEmptyMasks": "allow-empty-masks",
	"ResizeMasks": "resize-masks", "FollowLinks": "follow-links", "Paper": "paper",
	"Table": "table", "Status": "status",
}

// spelled is an error in one line, with the setting as a user of the command line knows it.
func spelled(err error) string {
	text := oneLine(err)
	var wrong *setting.Error
	if errors.As(err, &wrong) && flagOf[wrong.Name] != "" {
		text = strings.Replace(text, wrong.Name+": ", "--"+flagOf[wrong.Name]+": ", 1)
	}
	text = strings.Replace(text, `: backend "xla"::`, ":", 1) // GoMLX says it again
	return text + guessed(text)
}

// described is an experiment as flags describe it.
type described struct {
	experiment.Experiment
	own []*ownFlag
}

// Experiment is what the flags say, checked.
func (d *described) checked() (e experiment.Experiment, err error) {
	e = d.Experiment
	for _, f := range d.own {
		if f.texts == nil {
			continue
		}
		if e, err = e.Set(f.setting, f.texts...); err != nil {
			return e, err
		}
	}
	return e, e.Validate()
}

// ownFlag is a setting that not all methods have; it satisfies pflag.Value.
type ownFlag struct {
	setting string
	of      string // the methods that have it
	kind    reflect.Kind
	texts   []string // nil where it was not given
}

// String is the value.
func (f *ownFlag) String() string { return strings.Join(f.texts, ", ") }

// Type is shown in the help.
func (f *ownFlag) Type() string {
	switch f.kind {
	case reflect.Bool:
		return "bool"
	case reflect.Int:
		return "int"
	case reflect.Float64:
		return "float"
	case reflect.Slice:
		return "stringArray"
	}
	return "string"
}

// Set takes a text.
func (f *ownFlag) Set(text string) error {
	if f.kind != reflect.Slice {
		f.texts = nil
	}
	f.texts = append(f.texts, text)
	return nil
}

// ownUsage says what the settings are that not all methods have, in the order of the help. Which
// methods have them is in the table of methods.
var ownUsage = []struct{ setting, usage string }{
	{"INPs", "number of prototypes, M (default 6)"},
	{"Ablation", "one of " + strings.Join(inpformer.Ablations(), ", ")},
	{"Neighbours", "normal pictures that are found for each (default: rad 150, spade 50)"},
	{"Radius", "steps from a token's place within which its like is looked for (default 1)"},
	{"Variance", "share of the normal tokens' variance that is kept (default 0.99)"},
	{"Rotations", "copies of each normal picture, turned evenly over the circle (default: of a " +
		"few shots anomalydino 8 and subspacead 30, else 1)"},
	{"Unmasked", "keep and look at the background, too"},
	{"Blocks", "transformer blocks, of the decoder or, of uniad, of each half (default: 8; of " +
		"dinomaly and uniad 2, and 8 and 4 in profile paper)"},
	{"Noise", "how much noise training adds: of dinomaly the share of its bottleneck that drops " +
		"out (default 0.2), of uniad the scale of its jittering (20), of simplenet and destseg " +
		"the deviation in parts of the tokens' (0.5)"},
	{"Recentre", "take each image's mean token away from its tokens"},
	{"Sources", "KEY=FOLDER of a data set whose test images it learns from; several: " +
		"super-multi-class"},
	{"KBA", "the target's knowledge base, one of " + strings.Join(kba.Names(), ", ") + ", or a " +
		"YAML file (default: the layout's)"},
	{"Extend", "YAML file with further defect types, or other prompts for known ones"},
	{"Single", "one prompt a type, which names it"},
	{"Sentences", "YAML file with normal phrases and templates"},
	{"Context", "learned vectors of a prompt (default: the method's own)"},
	{"Revision", "settings of published numbers, " + strings.Join(revisions(), ", ")},
	{"Objective", "sum, mean or focal_only (default: the revision's)"},
	{"Rule", "score_max, score_top3, score_blend or score_text (default: the revision's)"},
	{"Mosaic", "off, on, or one-type with the first release's labels (default: the revision's)"},
	{"Columns", "by-name, or exchanged as in first-release or later-revision (default: the " +
		"revision's)"},
	{"Filter", "MultiADS-F: only the types that can occur on the product"},
	{"Types", "measure multi-type segmentation, too"},
}

func revisions() (names []string) {
	for _, v := range multiads.Variants {
		names = append(names, v.Name)
	}
	return names
}

// experimentFlags are the flags that describe an experiment.
func experimentFlags(cmd *cobra.Command, d *described) {
	f, e := cmd.Flags(), &d.Experiment
	f.StringVar(&e.Layout, "layout", e.Layout, "how the data lie on disk: "+
		strings.Join(datasets.Layouts(), ", "))
	f.StringVar(&e.Data, "data", "", "the data's folder (default: the fetched copy, of elpv, "+
		"textile, mtd and deeppcb)")
	f.StringVar(&e.Detector, "detector", e.Detector,
		strings.Join(experiment.MethodNames(nil), ", "))
	f.StringVar(&e.Profile, "profile", e.Profile,
		"smoke, tiny (EfficientNet-Lite0), small (DINOv2-S) or paper (DINOv2 from --encoder)")
	f.StringVar(&e.Setting, "setting", e.Setting,
		"single-class (one model a category) or multi-class (one for all)")
	f.StringVar(&e.Encoder, "encoder", "", strings.Join(experiment.EncoderNames(false), ", ")+
		", or a safetensors file (default: the profile's)")
	f.Uint64Var(&e.Seed, "seed", e.Seed, "of initialisation and order")
	f.IntVar(&e.Steps, "steps", 0, "training steps (default: the profile's; multiads: the "+
		"revision's epochs)")
	f.IntVar(&e.Batch, "batch", 0, "images a step (default: the profile's; multiads: the "+
		"revision's)")
	f.Float64Var(&e.Rate, "rate", 0, "largest learning rate (default: the method's, 0.001 of "+
		"inp-former; multiads: the revision's)")
	f.IntVar(&e.Resize, "resize", 0, "pixels a side before the crop (default: the encoder's)")
	f.IntVar(&e.Crop, "crop", 0, "pixels a side that the encoder sees (default: the encoder's at "+
		"the profile's size)")
	f.IntVar(&e.Limit.TrainLimit, "train-limit", 0,
		"use at most so many images in all to learn from")
	f.IntVar(&e.Shots, "shots", 0, "learn from so many normal images a category, drawn with the "+
		"seed (default: all)")
	f.BoolVar(&e.OfficialShots, "official-shots", false,
		"draw the shots as INP-Former's scripts do (1, 2 or 4 of MVTec-AD or VisA)")
	f.IntVar(&e.Limit.TestLimit, "test-limit", 0,
		"use at most so many images a category and label to test on")
	f.BoolVar(&e.Limit.AllowEmptyMasks, "allow-empty-masks", false,
		"count anomalous images whose masks have no anomalous pixel, instead of stopping")
	f.BoolVar(&e.Limit.ResizeMasks, "resize-masks", false,
		"resize masks of another size than their image's, where the shape is the same")
	f.BoolVar(&e.Limit.FollowLinks, "follow-links", false,
		"read files behind links that lead out of the data's folder")
	for _, u := range ownUsage {
		var of []string
		var kind reflect.Kind
		for _, m := range experiment.Methods() {
			if m.Settings != nil && setting.Has(m.Settings, u.setting) {
				of = append(of, m.Name)
				kind = reflect.ValueOf(m.Settings).FieldByName(u.setting).Kind()
			}
		}
		own := &ownFlag{setting: u.setting, of: strings.Join(of, ", "), kind: kind}
		d.own = append(d.own, own)
		flag := f.VarPF(own, flagOf[u.setting], "", u.usage)
		if kind == reflect.Bool {
			flag.NoOptDefVal = "true"
		}
	}
	cmd.SetUsageFunc(usageByMethod)
	complete(cmd, "layout", datasets.Layouts()...)
	complete(cmd, "detector", experiment.MethodNames(nil)...)
	complete(cmd, "profile", experiment.Profiles()...)
	complete(cmd, "setting", experiment.SingleClass, experiment.MultiClass)
	completeOrFile(cmd, "encoder", slices.Concat(experiment.EncoderNames(false),
		experiment.EncoderNames(true))...)
	complete(cmd, "ablation", inpformer.Ablations()...)
	complete(cmd, "revision", revisions()...)
	completeOrFile(cmd, "kba", kba.Names()...)
}
