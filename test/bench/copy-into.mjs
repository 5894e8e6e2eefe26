/** COPY of rows of text through pg, which has the protocol's messages but no query of its own for them. */

const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const cell = (value) => (value === null ? '\\N' : String(value).replace(ESCAPED, (one) => ESCAPES[one]));

/** Copies rows into `table (column, …)`; null is null, everything else its text. */
export function copyInto(client, target, rows) {
  const text = rows.map((row) => `${row.map(cell).join('\t')}\n`).join('');
  return new Promise((resolve, reject) => {
    let failure = null;
    client.query({
      submit: (connection) => connection.query(`copy ${target} from stdin`),
      handleCopyInResponse(connection) {
        connection.sendCopyFromChunk(Buffer.from(text));
        connection.endCopyFrom();
      },
      handleCommandComplete() {},
      handleError(error) {
        failure = error;
      },
      handleReadyForQuery() {
        if (failure === null) resolve();
        else reject(failure);
      },
    });
  });
}
