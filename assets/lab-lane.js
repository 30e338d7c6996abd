// What one client did, over time. It is kept here, and drawn and tabled elsewhere. Times are milliseconds since the run began.

const closest = 8; // milliseconds between two points of the climb that are both worth keeping

/** left is why a connection ended that its client did not read to the end. */
export const left = 'the client left it';

/**
 * Lane is the story of one client:
 *   spans        its states, one after the other: {state, from, to, due}; the last has no `to` while it lasts; due is when a wait
 *                is meant to end
 *   connections  {number, from, after, first, last, pieces, again, to, end}; after is the id that it asked to go on
 *                behind, '' for none; first and last are positions; again counts pieces that had come before
 *   climbs       for each run of pieces the points [time, position] on its way: {again, points}
 */
export class Lane {
  spans = [];
  connections = [];
  climbs = [];

  /** state begins a state: connecting, live, stale, reconnecting, asleep, ended, failed or stopped. */
  state(state, now, due = 0) {
    const last = this.spans.at(-1);
    if (last?.state === state) return;
    if (last) last.to = now;
    this.spans.push({state, from: now, due});
  }

  /** connect begins a connection. */
  connect(after, now) {
    this.hangUp('', now);
    this.connections.push({number: this.connections.length + 1, from: now, after, pieces: 0, again: 0});
  }

  /** piece is one that came on the connection there is. */
  piece(position, again, now) {
    const connection = this.connections.at(-1);
    if (!connection) return;
    const climb = this.climbs.at(-1);
    const goesOn = climb?.again === again && climb.connection === connection && climb.points.at(-1)[1] <= position;
    if (!goesOn) this.climbs.push({again, connection, points: [[now, position]]});
    else if (climb.points.length > 1 && now - climb.points.at(-2)[0] < closest) climb.points[climb.points.length - 1] = [now, position];
    else climb.points.push([now, position]);
    connection.first ??= position;
    connection.last = position;
    connection.pieces++;
    if (again) connection.again++;
  }

  /** hangUp ends the connection there is, if it has not ended, and keeps why. */
  hangUp(why, now) {
    const connection = this.connections.at(-1);
    if (!connection || connection.to !== undefined) return;
    connection.to = now;
    connection.end = why;
  }

  get pieces() { return this.connections.reduce((sum, {pieces}) => sum + pieces, 0); }
  get again() { return this.connections.reduce((sum, {again}) => sum + again, 0); }
}
