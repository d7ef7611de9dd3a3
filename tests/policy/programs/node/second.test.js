'use strict';

const assert = require('node:assert');
const test = require('node:test');

test('fails', () => assert.strictEqual(1 + 1, 3));
