// Package live is what a presenter and a student move at the notebook: a picture that answers controls.
//
// Three concepts, none of which needs a browser to be tested:
//
//   - A Playground holds what a live cell loads once, and draws: a change of its State in, a Frame out (one picture, numbers, a line of text).
//   - A Panel is the list of its controls: label, kind, value, and how a new value changes the State.
//   - Serve is the loop of a live cell between a Panel, a Playground and a Page.
//
// # The page
//
// A playground named NAME ("inp-former" or "multiads") is this in the page:
//
//	<div class="adlab-live" id="adlab-live-NAME" data-seq="N" data-state="live">
//	  <input type="range" data-control="m"> ...            one element a control, with the control's id
//	  <button data-control="stop">Stop</button>
//	  <img class="adlab-picture" src="data:image/png;base64,...">
//	  <span class="adlab-number" data-name="image AUROC">0.912</span> ...   "..." while it is being computed
//	  <div class="adlab-message"></div>                    the line that says what was wrong with a value; else empty
//	  <div class="adlab-text"></div>                       backend, encoder, weights, where the head came from
//	</div>
//
// data-seq is the number of the newest event that the picture answers; the first picture answers 0. data-state is "live" from when
// the page listens, and "ended" after Stop, the time limit or a lost page; the controls are then gone. Numbers that come later are filled in without a
// new data-seq. A control that the picture decides (the file name after a step, the prompts of another type) changes with the frame.
//
// # Messages
//
// The page sends an event as JSON text: {"control": id, "value": text, "seq": n}, n counting from 1. A range and a select send
// their value as it moves (a select or range over named choices sends the choice's position), a checkbox "true" or "false", a text box its text when
// it is left, at Enter (Ctrl+Enter in a box of several lines) and 300 ms after the last key, a button how often it has been pressed.
// Of several events of one control that wait, the newest counts; the rest are dropped, never drawn late.
package live
