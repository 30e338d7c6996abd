package assets_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"testing"

	"sseserver/assets"
)

// TestClientIsSmall holds the client for event streams to what it promises: 4 KiB, as
// a server sends it.
func TestClientIsSmall(t *testing.T) {
	var compressed bytes.Buffer
	client, err := fs.ReadFile(assets.FS(), "sse-client.js")
	if err != nil {
		t.Fatal(err)
	}
	w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(client); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if compressed.Len() > 4096 {
		t.Errorf("sse-client.js: %d bytes compressed, 4096 at most", compressed.Len())
	}
}

// TestPackageHasTheLicence compares the copy that npm packs with the licence of the whole.
func TestPackageHasTheLicence(t *testing.T) {
	copied, err := os.ReadFile("LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := os.ReadFile("../LICENSE"); err != nil || !bytes.Equal(copied, whole) {
		t.Errorf("assets/LICENSE is not the LICENSE of the repository, %v", err)
	}
}
