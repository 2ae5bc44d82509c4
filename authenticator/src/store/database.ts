// The browser's database: what it holds, and transactions over it.

const NAME = 'wardkey-authenticator';
const VERSION = 1;

/** `keys` has one row, the key that seals secrets; `accounts` one for each account. */
export type Table = 'keys' | 'accounts';

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('keys');
      asked.result.createObjectStore('accounts', { keyPath: 'id' });
    };
    asked.onerror = () => {
      opened = undefined;
      reject(asked.error);
    };
    asked.onsuccess = () => {
      // A later version of the app in another tab must not wait for this one.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      resolve(asked.result);
    };
  });
  return opened;
}

/**
 * Runs `work` in one transaction; what it returns is there when everything is on disk. Two tabs take turns. `work` may
 * await what it asks of the table and nothing else: a transaction ends when nothing is asked of it.
 */
export async function transact<T>(table: Table, mode: IDBTransactionMode, work: (rows: Rows) => Promise<T>): Promise<T> {
  const database = await open();
  const transaction = database.transaction(table, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was given up'));
  });
  try {
    const value = await work(new Rows(transaction.objectStore(table)));
    await done;
    return value;
  } catch (error) {
    done.catch(() => undefined);
    try {
      transaction.abort();
    } catch {
      // It had ended by itself.
    }
    throw error;
  }
}

/** The rows of one table inside a transaction. */
export class Rows {
  constructor(private readonly store: IDBObjectStore) {}

  find<T>(key: string): Promise<T | undefined> {
    return settled(this.store.get(key));
  }

  list<T>(): Promise<T[]> {
    return settled(this.store.getAll());
  }

  async save(value: unknown, key?: string): Promise<void> {
    await settled(this.store.put(value, key));
  }

  async delete(key: string): Promise<void> {
    await settled(this.store.delete(key));
  }
}

const settled = <T>(asked: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
