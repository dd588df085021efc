/**
 * The least that could answer a webhook: node's own HTTP server and a constant document. What it takes is the machine's
 * and the load generator's part of every figure; what Ava takes more is hers. Listens on PORT, ends on SIGTERM.
 */
import { createServer } from 'node:http';

const DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="wss://x"/></Connect></Response>';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(DOCUMENT));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
