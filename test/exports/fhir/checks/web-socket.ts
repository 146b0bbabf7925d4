// @medplum/core extends the global WebSocket when it is loaded, for its subscriptions. Node.js 20 has none, and no check opens one.
if (!('WebSocket' in globalThis)) {
  Object.defineProperty(globalThis, 'WebSocket', { value: class extends EventTarget {}, configurable: true });
}
export {};
