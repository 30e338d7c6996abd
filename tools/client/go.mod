module sseserver/tools/client

go 1.26.0
