package live

import (
	"context"
	_ "embed"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
)

//go:embed page.js
var pageJS string

// The page of a GoNB cell waits this long for a browser to answer, and for the kernel to take the
// last picture.
const (
	answerWait = 20 * time.Second
	// a busy machine may miss the kernel's own deadline for a browser's answer
	askAgain = 4 * time.Second
	endWait  = 4 * time.Second
)

// Headless names the environment variable that says that no browser is there, so that nobody waits
// for one.
const Headless = "LAB_HEADLESS"

// gonbPage is a cell of GoNB. The kernel's pipe may stand still for seconds where a page has gone,
// so all that is sent goes through one goroutine.
type gonbPage struct {
	wire
	opened bool
}

// NewGonbPage is the page around the cell of GoNB that calls it.
func NewGonbPage() Page {
	return &gonbPage{wire: newWire(gonbui.UniqueId())}
}

// Open shows the block, sends the script after it and waits for its word.
func (p *gonbPage) Open(ctx context.Context, block string) bool {
	if os.Getenv(Headless) != "" || !gonbui.IsNotebook {
		return false
	}
	p.opened = true
	go func() {
		gonbui.UpdateHtml(p.blockID(), p.named(block))
		comms.Subscribe(p.address("event"), func(_ string, message string) { p.take(message) })
		gonbui.UpdateHtml(p.scriptID(), "<script>"+p.script()+"</script>")
	}()
	again, over := time.NewTicker(askAgain), time.After(answerWait)
	defer again.Stop()
	for waiting := true; waiting; {
		select {
		case <-p.first:
			waiting = false
		case <-again.C:
			go comms.Start()
		case <-over:
			return false
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		gonbui.UpdateHtml(p.scriptID(), "") // or it would be saved
		for {
			select {
			case m := <-p.sends:
				comms.Send(p.address("update"), m)
			case <-p.heard:
				comms.Send(p.address("pulse"), "heard")
			}
		}
	}()
	return true
}

func (p *gonbPage) blockID() string            { return "adlab_live_" + p.token }
func (p *gonbPage) scriptID() string           { return "adlab_live_script_" + p.token }
func (p *gonbPage) address(what string) string { return "/adlab/live/" + p.token + "/" + what }

// End leaves the block and the picture, and waits a little for the kernel to have taken them.
func (p *gonbPage) End(block string, png []byte) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if p.opened {
			gonbui.UpdateHtml(p.scriptID(), "")
			gonbui.UpdateHtml(p.blockID(), block)
		} else {
			gonbui.DisplayHtml(block)
		}
		gonbui.DisplayPng(png)
		gonbui.Sync()
	}()
	select {
	case <-done:
	case <-time.After(endWait):
	}
}
