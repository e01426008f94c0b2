/**
 * The client encoding (manual, "Character Set Support") as far as records need it: names of PostgreSQL and the decoders that
 * read them. What a tool sends is never recoded on its way; only the copy that is recorded becomes text.
 */
const decoderNames: Readonly<Record<string, string>> = {
  BIG5: 'big5',
  EUC_CN: 'gb18030',
  EUC_JP: 'euc-jp',
  EUC_KR: 'euc-kr',
  GB18030: 'gb18030',
  GBK: 'gbk',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN5: 'iso-8859-9',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  SJIS: 'shift_jis',
  UHC: 'euc-kr',
  WIN866: 'ibm866',
  WIN874: 'windows-874',
  WIN1250: 'windows-1250',
  WIN1251: 'windows-1251',
  WIN1252: 'windows-1252',
  WIN1253: 'windows-1253',
  WIN1254: 'windows-1254',
  WIN1255: 'windows-1255',
  WIN1256: 'windows-1256',
  WIN1257: 'windows-1257',
  WIN1258: 'windows-1258',
}

/** Follows client_encoding and turns bytes into text for records. */
export class TextEncoding {
  #decoderName = 'utf8'

  /** As the server reports it. What has no decoder is read byte by byte, which loses nothing. */
  set(name: string): void {
    this.#decoderName = name === 'UTF8' || name === 'SQL_ASCII' ? 'utf8' : (decoderNames[name] ?? 'latin1')
  }

  decode(bytes: Buffer): string {
    if (this.#decoderName === 'utf8') return bytes.toString('utf8')
    if (this.#decoderName === 'latin1') return bytes.toString('latin1')
    return new TextDecoder(this.#decoderName).decode(bytes)
  }

  /** For a text in pieces: characters may be split over two of them. */
  pieces(): { decode(piece: Buffer): string; end(): string } {
    if (this.#decoderName === 'latin1') return { decode: (piece) => piece.toString('latin1'), end: () => '' }
    const decoder = new TextDecoder(this.#decoderName, { ignoreBOM: true })
    return { decode: (piece) => decoder.decode(piece, { stream: true }), end: () => decoder.decode() }
  }
}
