// Lets JavaScript compute.
const lines = require('fs').readFileSync(0, 'utf8').split('\n');

for (const line of lines) {
    if (!line) continue;
    try {
        const value = (0, eval)(line.replace(/\^/g, '**'));
        if (typeof value !== 'number' || !isFinite(value)) throw new Error('not a number');
        console.log(value);
    } catch (error) {
        console.log('error: ' + error.message);
        process.exitCode = 1;
    }
}
