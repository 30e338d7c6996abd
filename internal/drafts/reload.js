// The server adds this module to its pages while somebody works on them (--assets). It
// loads the page anew when a file has changed, also while the server was away.

const shown = new URL(import.meta.url).searchParams.get('shown'); // what the pages were when this one was read
let source = null;

/** follow listens while the page is seen: a browser has six connections to a server at most, and its tabs share them. */
function follow() {
  source?.close();
  source = null;
  if (document.visibilityState === 'hidden') return;
  source = new EventSource(new URL('-reload', import.meta.url));
  source.addEventListener('pages', ({data}) => {
    if (data !== shown) location.reload();
  });
  source.addEventListener('error', ({target}) => {
    // After an answer that is no stream, as of a proxy without its server, it would not come back by itself.
    if (target === source && target.readyState === EventSource.CLOSED) setTimeout(follow, 1000);
  });
}

follow();
document.addEventListener('visibilitychange', follow);
addEventListener('pageshow', ({persisted}) => {
  if (persisted) follow(); // it comes back from the history
});
