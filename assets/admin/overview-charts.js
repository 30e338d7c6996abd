// What the charts show: each has series, and the same in numbers.

import {Chart} from './overview-chart.js';
import {bytes, ms, whole} from './overview-words.js';

// Reasons that are drawn in one colour. The numbers have each on its own.
const ends = [
  {name: 'Completed', ink: 'good', area: true, reasons: ['completed']},
  {name: 'Client gone', ink: 'still', reasons: ['client_gone']},
  {name: 'Slow client', ink: 'wait', reasons: ['slow_client']},
  {name: 'Server', ink: 'bad', reasons: ['internal_error', 'server_shutdown', 'message_evicted']},
  {name: 'Others', ink: 'fill', reasons: null}, // producers, operators and tests
];
const wholes = Array.from({length: 10}, (_, i) => [1, 2, 5].map((step) => step * 10 ** i)).flat();
const powers = Array.from({length: 30}, (_, i) => 2 ** (i + 10)); // bytes
const named = new Set(ends.flatMap(({reasons}) => reasons ?? []));

/** charts makes all of them, in box. */
export function charts(box) {
  return [
    new Chart(box, {title: 'Active streams', format: whole, incrs: wholes, series: [{name: 'Streams', ink: 'fill', of: ({streams}) => streams, area: true}]}),
    new Chart(box, {title: 'Events sent per second', format: whole, incrs: wholes, series: [{name: 'Events/s', ink: 'fill', of: ({eventsPerSecond}) => eventsPerSecond, area: true}]}),
    new Chart(box, {title: 'Lateness of events', format: ms, series: [
      {name: 'p50', ink: 'good', of: ({latenessP50Ms}) => latenessP50Ms},
      {name: 'p99', ink: 'fill', of: ({latenessP99Ms}) => latenessP99Ms, dash: [5, 3]},
    ], merge: Math.max}),
    new Chart(box, {title: 'Ends of streams per second, by reason', format: whole, incrs: wholes, stacked: true, series: ends.map(({reasons, ...one}) => ({...one, of: counted(reasons)})), merge: add}),
    new Chart(box, {title: 'Memory', format: bytes, incrs: powers, series: [{name: 'In use', ink: 'fill', of: ({memoryBytes}) => memoryBytes, area: true}]}),
    new Chart(box, {title: 'Streams opened and refused per second', format: whole, incrs: wholes, series: [
      {name: 'Opened', ink: 'good', of: ({opened}) => opened},
      {name: 'Refused', ink: 'bad', of: ({rejected}) => rejected, dash: [5, 3]},
    ], merge: add}),
  ];
}

function add(...values) {
  return values.reduce((sum, value) => sum + value, 0);
}

function counted(reasons) {
  return ({ends}) => Object.entries(ends).reduce((sum, [reason, count]) => sum + (reasons ? reasons.includes(reason) : !named.has(reason)) * count, 0);
}
