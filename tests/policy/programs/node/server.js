// A server on the loopback and its client, in one program.
'use strict';

const http = require('http');

const server = http.createServer((request, response) => response.end(request.url));
server.listen(0, 'localhost', () => {
  const { port } = server.address();
  http.get({ port, path: '/path', agent: false }, (response) => {
    response.on('data', (chunk) => console.log(String(chunk)));
    response.on('end', () => server.close());
  });
});
