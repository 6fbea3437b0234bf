// Package live is what a presenter and a student move at the notebook: a picture that answers
// controls.
//
// Three concepts, none of which needs a browser to be tested:
//
//   - A Session holds what a live cell loads once, and draws: a state in, a Frame out (one picture,
//     numbers, a line of text). Each playground has a state of its own, with a View in it.
//   - A Panel is the list of its controls: label, kind, value, and how a new value changes the
//     state.
//   - Serve is the loop of a live cell between a Session and a Page.
//
// The package knows no method: the playgrounds are in inpformer and multiads, their page without a
// kernel in still, their table in playgrounds.
//
// # Who owns what
//
// The cell's goroutine, that of Serve, owns the Session, its caches, the state and the frame: all
// methods of a Session but Later and Busy are called by it alone. One goroutine of Jobs does what
// takes long, one job after another; a job owns what it makes until it has handed it over through a
// channel, or as a file of the cache, and the Session takes it over at the start of Apply. What
// both must use, such as MultiADS's detector, has a mutex, which the playground names. The page of
// GoNB has goroutines for the kernel's pipe, which own nothing but the messages that wait.
//
// # The page
//
// A playground named NAME ("inp-former" or "multiads") is this in the page:
//
//	<div class="adlab-live" id="adlab-live-NAME" data-seq="N" data-state="live">
//	  <input type="range" data-control="m"> ...  one element a control, with the control's id
//	  <button data-control="undo">undo</button>  the last move; those of one slider on end are one
//	  <button data-control="keep">keep beside</button>
//	  <button data-control="stop">Stop</button>
//	  <div class="adlab-message"></div>
//	  <div class="adlab-rows">                   the picture from top to bottom, an element a row
//	    <img class="adlab-picture adlab-kept">   what was kept, before each row, where something was
//	    <img class="adlab-picture" src="data:image/png;base64,..."> ...
//	  </div>
//	  <span class="adlab-number" data-name="image AUROC">0.912</span> ...
//	  <div class="adlab-differs"></div>          what has changed since it was kept
//	  <div class="adlab-changed"></div>          what the last move has changed, for a reader, too
//	  <div class="adlab-text"></div>             backend, encoder, weights, origin of the head
//	  <details class="adlab-finds"></details>    what there is to find out, ticked when it was seen
//	</div>
//
// A number is "..." while it is being computed; the message is one line, what was wrong with a
// value or what is being computed, or empty.
//
// data-seq is the number of the newest event that the picture answers, data-said that of the newest
// event; the first picture answers 0. data-state is "opening" until the page listens, then "live",
// "gone" while nothing is heard of the kernel: controls are grey after two seconds and cannot be
// moved after five, and the message says what to do, and "ended" after Stop, the time limit or a
// lost page: then controls and img are gone, numbers and text stay, and the last picture is the
// cell's next output, a PNG. What is computed in the background is filled in without a new
// data-seq: numbers, and the picture where a head has to be trained first. A control that the
// picture decides (the prompts of another type, the image after a step) changes with the frame.
//
// Controls are grey and cannot be moved in the block itself; the script makes them move. So a saved
// notebook that nobody trusts, or whose kernel is gone, has none that lie.
//
// The part of the page's address after # is the state, NAME?control=value&..., as Address gives it;
// with such an address a cell begins where Follow leads. An address is held to what the controls
// take.
//
// # Messages
//
// The page sends an event as JSON text: {"control": id, "value": text, "seq": n}, n counting from
// 1. A range and a select send their value as it moves (a select or range over named choices sends
// the choice's position), a checkbox "true" or "false", a text box its text when it is left, at
// Enter (Ctrl+Enter in a box of several lines) and 300 ms after the last key, a button how often it
// has been pressed. Of several events of one control that wait, the newest counts; the rest are
// dropped, never drawn late. An event that has no answer after two seconds is sent again; one that
// was answered is answered again, not drawn again. Every half second the page says {"alive": true},
// and the kernel answers it at once, also while a picture is drawn.
package live
