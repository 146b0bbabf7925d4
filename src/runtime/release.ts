import { MessageChannel } from 'node:worker_threads';

/**
 * Frees the memory of an array, with the next turn of the event loop; it is empty afterwards. A thread that mostly receives arrays makes so little garbage of its own that it
 * seldom collects any, and they would pile up. (Node.js 20 has no `ArrayBuffer.transfer`; what is sent to a closed port is dropped.)
 */
export function release({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) return;
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(null, [buffer]);
  port1.close();
}
