// Tells the signal that ended a child, or null.
'use strict';

console.log(require('child_process').spawnSync('unshare', ['--user', 'true']).signal);
