package main

// main.go takes this file's place when the server's parts are wired together.
func main() {}
