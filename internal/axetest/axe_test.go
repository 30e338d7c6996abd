package axetest_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"sseserver/internal/axetest"
)

func TestSource(t *testing.T) {
	source := axetest.Source()
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(source))); got != axetest.Sum {
		t.Errorf("axe.min.js has SHA-256 %s, want %s", got, axetest.Sum)
	}
	if want := "/*! axe v" + axetest.Version + "\n"; !strings.HasPrefix(source, want) {
		t.Errorf("axe.min.js begins with %.40q, want %q", source, want)
	}
}
