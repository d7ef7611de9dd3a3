'use strict';

const readline = require('readline');

const VALUES = [
  [1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'],
  [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I'],
];

function toRoman(number) {
  let numeral = '';
  for (const [value, letters] of VALUES) {
    for (; number >= value; number -= value) numeral += letters;
  }
  return numeral;
}

function fromRoman(numeral) {
  let number = 0;
  let rest = numeral;
  for (const [value, letters] of VALUES) {
    for (; rest.startsWith(letters); rest = rest.slice(letters.length)) number += value;
  }
  return rest === '' && toRoman(number) === numeral ? number : null;
}

function convert(text) {
  if (!/^\d+$/.test(text)) return text === '' ? null : fromRoman(text);
  return text >= 1 && text <= 3999 ? toRoman(Number(text)) : null;
}

readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => console.log(convert(line.trim()).toString()));
