/** Protocol Buffers as they are on the wire: the fields of one message, by number. Throws for what is none. */

/** A varint or a fixed number, or the bytes of a string or a message. */
type Field = bigint | Buffer;

export class Message {
  readonly #fields = new Map<number, Field[]>();

  constructor(bytes: Buffer) {
    const reader = new Reader(bytes);
    while (!reader.done) {
      const tag = Number(reader.varint());
      const number = tag >>> 3;
      const fields = this.#fields.get(number) ?? [];
      fields.push(reader.field(tag & 7));
      this.#fields.set(number, fields);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  number(number: number): bigint {
    const last = this.#fields.get(number)?.at(-1) ?? 0n;
    if (typeof last !== 'bigint') throw new Error(`field ${number} is no number`);
    return last;
  }

  bytes(number: number): Buffer {
    return this.#all(number).at(-1) ?? Buffer.alloc(0);
  }

  text(number: number): string {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(number));
  }

  messages(number: number): readonly Message[] {
    return this.#all(number).map((bytes) => new Message(bytes));
  }

  #all(number: number): readonly Buffer[] {
    return (this.#fields.get(number) ?? []).map((field) => {
      if (typeof field === 'bigint') throw new Error(`field ${number} is a number`);
      return field;
    });
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = BigInt(this.#take(1)[0] ?? 0);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
    throw new Error('a varint without an end');
  }

  field(wireType: number): Field {
    switch (wireType) {
      case 0:
        return this.varint();
      case 1:
        return this.#take(8).readBigUInt64LE();
      case 2:
        return this.#take(Number(this.varint()));
      case 5:
        return BigInt(this.#take(4).readUInt32LE());
      default:
        throw new Error(`there is no wire type ${wireType}`);
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('the message ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
