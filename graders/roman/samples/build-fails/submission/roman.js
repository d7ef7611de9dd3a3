'use strict';

function convert(text {
  return text;
}
