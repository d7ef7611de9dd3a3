const lines = require('fs').readFileSync(0, 'utf8').split('\n');

for (const line of lines) {
    const [left, operator, right] = line.split(' ');
    if (operator === '+' {
        console.log(Number(left) + Number(right));
    }
}
