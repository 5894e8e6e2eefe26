/** The page at `/`: where things are, for somebody who opened the hub's address in a browser. */
import type { FastifyInstance } from 'fastify';

const row = (path: string, text: string): string =>
  `<li><a href="${path}"><code>${path}</code></a> ${text}</li>`;

/** `GET /`: a page of links without script or style; the explorer is listed where there is one. */
export function frontPageRoute(app: FastifyInstance, withExplorer: boolean): void {
  const rows = [
    '<li><code>/graphql</code> the graph: POST a query as JSON, with <code>Authorization: Bearer</code> and a token</li>',
    ...(withExplorer
      ? [row('/explorer', 'the explorer: documentation, saved examples, your own queries')]
      : []),
    row('/health/live', 'whether the process lives'),
    row('/health/ready', 'whether it can serve, and the state of each clinical record system'),
  ];
  const page = `<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>IPS Hub</title></head>
<body><main><h1>IPS Hub</h1><ul>${rows.join('')}</ul></main></body>
</html>
`;
  app.get('/', async (_request, reply) => {
    void reply.type('text/html; charset=utf-8');
    return page;
  });
}
