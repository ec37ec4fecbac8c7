#!/usr/bin/env node
console.log('crew');
