// From left to right, whatever the operator.
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\n');

for (const line of lines) {
    const words = line.split(' ');
    let value = parseFloat(words[0]);
    for (let i = 1; i < words.length; i += 2) {
        const next = parseFloat(words[i + 1]);
        if (words[i] === '+') value += next;
        if (words[i] === '-') value -= next;
        if (words[i] === '*') value *= next;
        if (words[i] === '/') value /= next;
    }
    console.log(value);
}
