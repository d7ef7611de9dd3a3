'use strict';

const assert = require('node:assert');
const test = require('node:test');

test('sums', () => assert.strictEqual(1 + 1, 2));

test('waits', async (context) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await context.test('inside', () => {});
});
