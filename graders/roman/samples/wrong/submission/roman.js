'use strict';

const readline = require('readline');

readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => console.log('I'.repeat(Number(line) || 0)));
