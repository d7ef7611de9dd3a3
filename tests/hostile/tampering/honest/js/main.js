"use strict";

function add(a, b) {
    return a + b;
}

module.exports = { add };
if (require.main === module)
    console.log(add(Number(process.argv[2]), Number(process.argv[3])));
