// What is written first, and works until a connection breaks. The page shows these functions as they stand here, and runs
// the very same: `fetch` and `EventSource` are the browser's, except that the page notes when they connect; `show`
// appends to the text.

async function startAgain({url, fetch, show}) {
  for (let attempt = 1; attempt <= 5; attempt++) {
    try {
      const response = await fetch(url);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const {value, done} = await reader.read();
        if (done) return;
        for (const line of value.split('\n')) {
          if (line.startsWith('data: ')) show(JSON.parse(line.slice(6)));
        }
      }
    } catch {
      // The connection was lost: once more.
    }
  }
}

async function stopThere({url, fetch, show}) {
  const response = await fetch(url);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    for (const line of value.split('\n')) {
      if (line.startsWith('data: ')) show(JSON.parse(line.slice(6)));
    }
  }
}

function newSource({url, EventSource, show}) {
  const source = new EventSource(url);
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    setTimeout(newSource, 1000, {url, EventSource, show});
  };
}

/** naive has the clients by their values in the form: what each does when the stream breaks, its function,
 * and whether it would go on for ever. */
export const naive = {
  again: {title: 'starts again', run: startAgain},
  stop: {title: 'stops there', run: stopThere},
  source: {title: 'opens a new EventSource', run: newSource, endless: true},
};
