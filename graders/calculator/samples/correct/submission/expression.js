'use strict';

function tokenize(text) {
    const tokens = [];
    const pattern = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*/^()=]))\s*/y;
    while (pattern.lastIndex < text.length) {
        const start = pattern.lastIndex;
        const match = pattern.exec(text);
        if (match === null) throw new Error(`no expression: ${text.slice(start, start + 20)}`);
        const [, number, name, operator] = match;
        tokens.push({ number, name, operator });
    }
    return tokens;
}

class Parser {
    constructor(tokens, variables) {
        this.tokens = tokens;
        this.variables = variables;
        this.at = 0;
    }

    takes(...operators) {
        const token = this.tokens[this.at];
        if (token === undefined || !operators.includes(token.operator)) return null;
        this.at++;
        return token.operator;
    }

    line() {
        const [name, equals] = this.tokens;
        if (name?.name !== undefined && equals?.operator === '=') {
            this.at = 2;
            const value = this.whole();
            this.variables.set(name.name, value);
            return value;
        }
        return this.whole();
    }

    whole() {
        const value = this.sum();
        if (this.at < this.tokens.length) throw new Error('expected an operator');
        return value;
    }

    sum() {
        let value = this.product();
        for (let operator; (operator = this.takes('+', '-')) !== null;) {
            const next = this.product();
            value = operator === '+' ? value + next : value - next;
        }
        return value;
    }

    product() {
        let value = this.signed();
        for (let operator; (operator = this.takes('*', '/')) !== null;) {
            const next = this.signed();
            if (operator === '/' && next === 0) throw new Error('division by zero');
            value = operator === '*' ? value * next : value / next;
        }
        return value;
    }

    signed() {
        return this.takes('-') ? -this.signed() : this.power();
    }

    power() {
        const base = this.atom();
        return this.takes('^') ? base ** this.signed() : base;
    }

    atom() {
        const token = this.tokens[this.at++];
        if (token === undefined) throw new Error('expected a number, found the end');
        if (token.number !== undefined) return Number(token.number);
        if (token.name !== undefined) return this.variable(token.name);
        if (token.operator !== '(') throw new Error(`expected a number, found ${token.operator}`);
        const value = this.sum();
        if (!this.takes(')')) throw new Error('expected )');
        return value;
    }

    variable(name) {
        if (!this.variables.has(name)) throw new Error(`${name} has no value`);
        return this.variables.get(name);
    }
}

exports.evaluate = (text, variables) => new Parser(tokenize(text), variables).line();
