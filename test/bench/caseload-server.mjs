/** A record server of FHIR R4 in a process of its own: pages made ready in memory beforehand, some teams with a caseload each. */
import { createServer } from 'node:http';
import { pagesOf } from './caseload-resources.mjs';

const { teams, pageSize } = JSON.parse(process.argv[2]);
const ready = new Map();

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const team = url.searchParams.get('organization');
  const bytes = ready.get(team)?.[Number(url.searchParams.get('_page') ?? 1) - 1];
  if (bytes === undefined) {
    response.writeHead(404).end();
    return;
  }
  response
    .writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': bytes.length })
    .end(bytes);
});

process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  let bytes = 0;
  for (const one of teams) {
    const addressOf = (page) =>
      `http://127.0.0.1:${port}/fhir/EpisodeOfCare?organization=${encodeURIComponent(one.team)}&_page=${page}`;
    const pages = pagesOf(one, pageSize, addressOf);
    ready.set(one.team, pages);
    for (const page of pages) bytes += page.length;
  }
  process.send({ port, bytes });
});
