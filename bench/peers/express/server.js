// The same streams with Express and cors: a setInterval for each client, which
// encodes an event and writes it.
//
// usage: node server.js PORT INTERVAL_MS TOTAL
'use strict';

const express = require('express');
const cors = require('cors');

const [port, interval, total] = process.argv.slice(2).map(Number);
if (!(port > 0 && interval > 0 && total > 0)) {
  console.error('usage: node server.js PORT INTERVAL_MS TOTAL');
  process.exit(2);
}

const messageId = '5b0e0f3c-2f5d-4c3a-9d2e-7a1b6c8d9e0f';
const app = express();
app.use(cors());

app.get('/stream', (req, res) => {
  res.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.write(': connected\nretry: 2000\n\n');

  let position = 0;
  const timer = setInterval(() => {
    const chunk = String.fromCharCode(97 + (position % 26));
    const data = JSON.stringify({ messageId, chunk, position, total });
    res.write(`id: ${position}\ndata: ${data}\n\n`);
    position++;
    if (position === total) {
      clearInterval(timer);
      res.end();
    }
  }, interval);
  res.on('close', () => clearInterval(timer));
});

app.listen(port, '127.0.0.1');
