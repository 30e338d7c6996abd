//go:build !race

package main

// isRace says whether the race detector runs, which takes ten times as long.
const isRace = false
