package main

import (
	"bytes"
	"context"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sseserver/assets"
	"sseserver/internal/chromiumtest"
)

// The pictures of the README, one of each page and colour scheme, of a screen with two
// device pixels to a CSS pixel.
const (
	gallery       = "../../docs/gallery"
	galleryWidth  = 1200 // CSS pixels
	galleryHeight = 900
	galleryMost   = 300 << 10 // bytes of a picture
)

// TestGallery looks whether README.md shows each page, light and dark, and docs/admin.md
// those of the operator's that have a pose. With -update it
// makes all pictures anew:
//
//	go test ./cmd/sseserver -run TestGallery -update
func TestGallery(t *testing.T) {
	if *update {
		makeGallery(t)
	}
	want := slices.Concat(wantShown(t, "../../README.md", "docs/gallery/", pageNames(t)),
		wantShown(t, "../../docs/admin.md", "gallery/", slices.Sorted(maps.Keys(adminPoses))))
	files, err := filepath.Glob(gallery + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(want, filepath.Base(file)) {
			t.Errorf("%s is of no page", file)
		}
	}
}

// wantShown looks whether a document shows the pictures of these pages, and returns
// their files.
func wantShown(t *testing.T, document, folder string, names []string) (files []string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		for _, scheme := range []string{"light", "dark"} {
			file := name + "-" + scheme + ".png"
			files = append(files, file)
			wantPicture(t, file)
			if !strings.Contains(string(text), `"`+folder+file+`"`) {
				t.Errorf("%s does not show %s", document, file)
			}
		}
	}
	return files
}

// pageNames are those of all pages, without ".html".
func pageNames(t *testing.T) (names []string) {
	t.Helper()
	files, err := fs.Glob(assets.FS(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file, ".html"))
	}
	return names
}

func wantPicture(t *testing.T, name string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(gallery, name))
	if err != nil {
		t.Error(err)
		return
	}
	head, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil || head.Width != 2*galleryWidth || head.Height != 2*galleryHeight || len(content) > galleryMost {
		t.Errorf("%s: %d × %d pixels in %d bytes, %v", name, head.Width, head.Height, len(content), err)
	}
}

func makeGallery(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(gallery, 0o755); err != nil {
		t.Fatal(err)
	}
	browser := chromiumtest.StartWhole(t) // as people have it
	for _, name := range pageNames(t) {
		pose := poses[name]
		if pose == nil {
			t.Errorf("nobody says how %s is to be pictured", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			// Over TLS the pages get HTTP/2, and with it as many streams as they want.
			server := startServer(t, "--tls-self-signed", "--interval=40ms", "--progress-interval=40ms")
			makePictures(t, browser, name, func() (string, func(*tab)) { return server.url, pose })
		})
	}
	for name, pose := range adminPoses {
		t.Run(name, func(t *testing.T) {
			makePictures(t, browser, name, func() (string, func(*tab)) {
				server := startServer(t, "--admin-addr=127.0.0.1:0", "--interval=40ms") // without the crowd of the picture before
				return server.admin, func(p *tab) { pose(p, server) }
			})
		})
	}
}

// makePictures pictures a page in both colour schemes. For each, setUp says where it is
// and what it does there.
func makePictures(t *testing.T, browser context.Context, name string, setUp func() (origin string, pose func(p *tab))) {
	for _, scheme := range []string{"light", "dark"} {
		origin, pose := setUp()
		p := openTab(t, browser, "about:blank", "net::ERR_") // of the streams that break on purpose
		p.trustAnyCertificate()
		p.prefer(scheme)
		screen := emulation.SetDeviceMetricsOverrideParams{Width: galleryWidth, Height: galleryHeight, DeviceScaleFactor: 2}
		if _, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, screen); err != nil {
			t.Fatal(err)
		}
		p.open(origin + "/" + name + ".html")
		pose(p)
		p.moveAway()
		p.js(likeAny)
		shot, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
		if err != nil {
			t.Fatal(err)
		}
		p.open("about:blank") // hundreds of streams are work for the browser
		file := filepath.Join(gallery, name+"-"+scheme+".png")
		if err := os.WriteFile(file, small(t, shot.Data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// likeAny stops the page, and puts into it the address and the ids that documents show,
// so that a picture made anew is much like the one before.
const likeAny = `(() => {
	globalThis.requestAnimationFrame = () => 0;
	document.activeElement.blur();
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const like = (text) => text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e')
		.replaceAll(location.origin, 'http://127.0.0.1:4400');
	while (texts.nextNode()) texts.currentNode.data = like(texts.currentNode.data);
	for (const field of document.querySelectorAll('input[type=text]')) field.value = like(field.value);
})()`

// moveAway takes the mouse off whatever it points at.
func (p *tab) moveAway() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved}); err != nil {
		p.t.Fatal(err)
	}
}
