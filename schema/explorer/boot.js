/** Starts GraphiQL with saved examples. Queries, variables and tokens stay in this page's memory: a shared computer keeps nothing. */
(() => {
  const { createElement: h, useState } = React;
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
  };
  let token = '';
  const fetcher = (parameters, options) => {
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'apollo-require-preflight': 'true', ...authorization, ...options?.headers };
    const known = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
    if (parameters.operationName === 'IntrospectionQuery' && !known) {
      const message =
        'Paste a token beside the examples; npm run --silent hub -- token specialist prints one.';
      return Promise.resolve({ errors: [{ message }] });
    }
    return GraphiQL.createFetcher({ url: '/graphql', headers })(parameters, options);
  };

  function Examples({ examples, choose }) {
    const { introspect } = GraphiQL.React.useSchemaContext({ nonNull: true });
    const takeToken = (event) => {
      token = event.target.value.trim().replace(/^bearer +/i, '');
      if (token.split('.').length === 3) introspect();
    };
    return h(
      'div',
      { className: 'examples' },
      h('h2', null, 'Saved examples'),
      h('label', { htmlFor: 'token' }, 'Token'),
      h('input', {
        id: 'token',
        type: 'text',
        autoComplete: 'off',
        spellCheck: false,
        onChange: takeToken,
      }),
      h(
        'small',
        null,
        'Paste one here, or an Authorization header under Headers. It is gone when you leave the page.',
      ),
      h(
        'ul',
        null,
        examples.map((example) =>
          h(
            'li',
            { key: example.title },
            h(
              'button',
              { type: 'button', onClick: () => choose(example) },
              h('strong', null, example.title),
              h('small', null, example.description),
            ),
          ),
        ),
      ),
    );
  }

  function Icon() {
    const lines = 'M4 5h16M4 12h16M4 19h10';
    return h(
      'svg',
      { viewBox: '0 0 24 24', stroke: 'currentColor', strokeWidth: 2, fill: 'none' },
      h('path', { d: lines }),
    );
  }

  function makePlugin(examples, chosen) {
    const choose = (example) => chosen.set(example);
    return { title: 'Saved examples', icon: Icon, content: () => h(Examples, { examples, choose }) };
  }

  function Explorer({ examples }) {
    const [shown, show] = useState(examples[0] ?? { query: '{ __typename }' });
    const [chosen] = useState({ set: () => {} });
    chosen.set = show;
    const [plugin] = useState(() => makePlugin(examples, chosen));
    return h(GraphiQL, {
      fetcher,
      storage,
      shouldPersistHeaders: false,
      query: shown.query,
      variables: shown.variables ? JSON.stringify(shown.variables, null, 2) : '',
      plugins: [plugin],
      visiblePlugin: plugin,
    });
  }

  fetch('/explorer/examples.json')
    .then((answer) => answer.json())
    .then((examples) =>
      ReactDOM.createRoot(document.getElementById('explorer')).render(h(Explorer, { examples })),
    )
    .catch(() => {
      document.getElementById('explorer').textContent = 'The explorer could not be loaded; reload the page.';
    });
})();
