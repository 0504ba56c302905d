// What plain Node does with the same request: the ceiling for any server in it.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  const text = `Hello ${request.url.slice(1) || "World"}, from Node\n`;
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(text) });
  response.end(text);
});
server.listen(Number(process.argv[2]), "127.0.0.1");
