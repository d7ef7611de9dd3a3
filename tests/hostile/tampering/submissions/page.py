# Technique: print HTML that looks like the page's score, and escape sequences
# Family: tampering
# Layers: escaping
# Outcome: failed: wrong_output
# Grader: io
# Naive: page

print("</pre><script>alert(1)</script><td class='score'>10</td>\x1b[2J\x1b]0;owned\x07<pre>")
