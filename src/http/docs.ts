/**
 * The document of `/openapi.json` to read and to try, by Swagger UI from its package: nothing comes from elsewhere. In
 * production too: it tells nothing that the server itself does not tell whoever asks.
 */
import type { RequestHandler } from 'express';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** What of the package is served. */
const files: ReadonlySet<string> = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Gamekeeper: HTTP API</title>
    <link rel="icon" href="favicon-32x32.png" />
    <link rel="stylesheet" href="swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ dom_id: '#swagger-ui', url: '/openapi.json', deepLinking: true });
`;

/** Swagger UI sets styles in attributes, and has its icons as data. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For express, at `/docs`. What is none of its files is left to the next handler. */
export function docs(): RequestHandler {
  return (request, response, next) => {
    const { method, path, baseUrl, originalUrl } = request;
    if (method !== 'GET' && method !== 'HEAD') return next();
    // the page names its files from here
    if (path === '/' && !originalUrl.startsWith(`${baseUrl}/`)) return response.redirect(308, `${baseUrl}/`);
    const name = path.slice(1);
    if (name !== '' && name !== 'start.js' && !files.has(name)) return next();
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('Content-Security-Policy', policy);
    if (name === '') return response.type('html').send(page);
    if (name === 'start.js') return response.type('js').send(start);
    response.sendFile(name, { root: folder, cacheControl: false });
  };
}
