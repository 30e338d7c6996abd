package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
)

// testSmooth lets the same bursts come twice, and looks whether both texts are whole.
func testSmooth(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/smooth.html?interval=5&burst=6&jitter=20&first=30&behind=200&seed=7", "status of 404")
	p.fill("#message", tricky)
	p.click("#send")
	p.untilState("complete")
	p.wantBoth(tricky)
	if got := p.text("status"); !strings.HasPrefix(got, "Complete, both verified: ") {
		t.Errorf("status %q", got)
	}
	if got := p.text("even-behind"); !strings.HasSuffix(got, " ms") {
		t.Errorf("the smoothed text is behind by %q", got)
	}
	if got := eval[string](p, "document.getElementById('even-chart').ariaLabel"); !strings.HasPrefix(got, "Never more than ") {
		t.Errorf("the chart is described as %q", got)
	}

	p.click("#replay")
	p.until("arrival.dataset.state !== 'complete'")
	p.untilState("complete")
	p.wantBoth(tricky)
	p.reload() // the address has the message, and the plan
	p.untilState("complete")
	p.wantBoth(tricky)
	for _, line := range server.log.await("stream.opened", 3) {
		if line["plan"] != "burst:6,jitter:20ms,first:30ms" || line["seed"] != 7.0 {
			t.Errorf("the plan is %v with the seed %v", line["plan"], line["seed"])
		}
	}

	// A server that has started anew gets the message again.
	p.fill("#message", tricky)
	p.click("#send")
	p.until("arrival.dataset.state !== 'complete'")
	p.untilState("complete")
	server.stop(t)
	startServer(t, "--addr="+server.addr)
	p.click("#replay")
	p.until("arrival.dataset.state !== 'complete'")
	p.untilState("complete")
	p.wantBoth(tricky)
	if got := p.text("notice"); !strings.Contains(got, "sent again") {
		t.Errorf("nothing is said of the message that was lost: %q", got)
	}
}

func (p *tab) wantBoth(text string) {
	p.t.Helper()
	for _, id := range []string{"raw", "even"} {
		if got := p.text(id); got != text {
			p.t.Errorf("%s has %q, want %q", id, got, text)
		}
	}
}

// testSmoothFrames has frames of the screen and a clock that move when the test says
// so. All that has come is there in the next frame on one side, and in small parts on
// the other.
func testSmoothFrames(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/smooth.html?interval=1&burst=100&jitter=0&first=0&behind=1000")
	p.js(`globalThis.clock = 0; globalThis.frames = [];
		performance.now = () => clock;
		globalThis.requestAnimationFrame = (paint) => { document.body.dataset.frames = Math.random(); return frames.push(paint); };
		globalThis.cancelAnimationFrame = () => {};
		globalThis.step = (passed) => { clock += passed; for (const paint of frames.splice(0)) paint(clock); return even.textContent.length; };`)
	text := strings.TrimSpace(strings.Repeat("one two ", 20))
	p.fill("#message", text)
	p.click("#send")
	p.until("step(0) >= 0 && raw.textContent.length === message.value.length")
	if got := p.text("even"); got != "" {
		t.Errorf("before any time has passed, %q is shown", got)
	}
	before := 0
	for before < len(text) {
		after := eval[int](p, "step(20)")
		if after < before || after > before+16 { // at the end, all that is left takes 300 ms
			t.Fatalf("from one frame to the next, %d characters became %d", before, after)
		}
		before = after
	}
	p.untilState("complete")
	p.wantBoth(text)
	if raw, even := p.text("raw-longest"), p.text("even-longest"); raw != "–" || even != "20 ms" {
		t.Errorf("the longest pauses are %s and %s, want none, as all came at once, and that of a frame", raw, even)
	}
}

// testSmootherLimit lets long lumps and short ones come, of a clock of its own, and
// looks how long each character is held back.
func testSmootherLimit(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/smooth.html")
	for _, limit := range []int{0, 100, 400} {
		got := eval[map[string]any](p, strings.ReplaceAll(`import('./smoother.js').then(({Smoother}) => {
			const smoother = new Smoother({limit: LIMIT, slack: 1.4});
			const lumps = [[0, 3], [1000, 100], [1200, 10], [1210, 20], [2400, 300], [2600, 1], [4000, 30]]; // when, and how much
			let sent = '', shown = '', late = 0;
			const due = []; // when each character must be there
			for (let now = 0; now < 6000; now += 20) {
				while (lumps[0]?.[0] <= now) {
					const [came, length] = lumps.shift();
					const text = String(lumps.length).repeat(length);
					sent += text;
					for (const _ of text) due.push(came + LIMIT);
					smoother.add(text, came);
				}
				if (now === 4400) smoother.end();
				shown += smoother.take(now);
				if (due[shown.length] <= now - 20) late++;
			}
			return {whole: shown === sent, late, longest: smoother.longest, mean: smoother.mean};
		})`, "LIMIT", strconv.Itoa(limit)))
		if got["whole"] != true || got["late"] != 0.0 {
			t.Errorf("limit %d: %v", limit, got)
		}
		longest, mean := got["longest"].(float64), got["mean"].(float64)
		if longest > float64(limit)+20 || mean > longest || limit > 0 && mean == 0 {
			t.Errorf("limit %d: behind by %v on average and %v at most", limit, mean, longest)
		}
	}
}

// testSmoothRefused has what is wrong with the form, and what the server does not take.
func testSmoothRefused(t *testing.T, browser context.Context) {
	server := startServer(t, "--no-faults", "--send-token=a-secret-of-sixteen")
	p := openTab(t, browser, server.url+"/smooth.html?interval=1", "status of 40")
	for _, wrong := range []struct{ field, text, words string }{
		{"#message", "", "The message is empty."},
		{"#burst", "0", "A whole number from 1 to 100."},
		{"#seed", "", "A whole number from 0 to"},
	} {
		before := eval[string](p, "document.querySelector('"+wrong.field+"').value")
		p.fill(wrong.field, wrong.text)
		p.click("#send")
		p.wantFault(wrong.field, wrong.words)
		p.fill(wrong.field, before)
	}
	p.click("#send")
	p.until("!access.hidden")
	p.wantFault("#token", "access token")
	p.insert("a-secret-of-sixteen")
	p.click("#send")
	p.untilState("failed")
	p.wantFault("#burst", "This server makes no bursts")

	p.click("#calm")
	p.until("arrival.dataset.state !== 'failed'")
	p.untilState("complete")
	if got := p.text("error"); got != "" {
		t.Errorf("the error stays: %q", got)
	}
}

// wantFault wants the error beside a field, which has the focus.
func (p *tab) wantFault(field, words string) {
	p.t.Helper()
	p.until("error.textContent !== '' && document.activeElement === document.querySelector('" + field + "')")
	if got := p.text("error"); !strings.Contains(got, words) {
		p.t.Errorf("error %q, want %q in it", got, words)
	}
	if !eval[bool](p, "document.activeElement.ariaInvalid === 'true' && (document.activeElement.parentElement.contains(error) || document.activeElement.parentElement.nextElementSibling.contains(error))") {
		p.t.Errorf("%s is not marked, or the error is elsewhere", field)
	}
}

// testSmoothNames reads the page as a screen reader does, once both texts are there.
func testSmoothNames(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t).url+"/smooth.html?interval=1&first=0&jitter=0&behind=50")
	p.click("#send")
	p.untilState("complete")
	names := strings.Join(p.accessibleNames(), "\n")
	for _, want := range []string{"region Text as it arrives", "region Smoothed text", "image Never more than", "spinbutton Behind at most, ms", "article Smoothed"} {
		if !strings.Contains(names, want) {
			t.Errorf("nothing is %q; there are:\n%s", want, names)
		}
	}
}
