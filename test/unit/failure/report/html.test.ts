import { expect, test } from 'vitest';
import { html, type Html } from '../../../../src/failure/report/html.ts';

test('text cannot become markup', () => {
  const text = `<script>alert("1")</script> & '`;
  expect(String(html`<p title="${text}">${text}</p>`)).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;</p>',
  );
});

test('what is HTML already stays, one or many, and no text passes for it', () => {
  const items = ['a', '<b>'].map((text) => html`<i>${text}</i>`);
  expect(String(html`<p>${items}${html`<i>c</i>`}${3}</p>`)).toBe(
    '<p><i>a</i>\n<i>&lt;b&gt;</i><i>c</i>3</p>',
  );
  expect(String(html`${['<hr>'] as unknown as Html[]}`)).toBe('&lt;hr&gt;');
});

test('what cannot be seen is shown', () => {
  expect(String(html`${'a\0\n\u202eb'}`)).toBe('a\\u{0}\\u{a}\\u{202e}b');
});

test('the indents of the source are not in the page', () => {
  expect(
    String(
      html`<div>
        <hr />
      </div>`,
    ),
  ).toBe('<div>\n<hr />\n</div>');
});
