/** What we use of the package, which is optional: types must be there without it. As of 3.22. */
declare module 'node-llama-cpp' {
  type Token = number;

  interface LlamaEmbeddingContext {
    getEmbeddingFor(input: readonly Token[]): Promise<{ readonly vector: readonly number[] }>;
  }

  interface LlamaModel {
    readonly trainContextSize: number;
    tokenize(text: string, specialTokens: boolean): readonly Token[];
    createEmbeddingContext(options: {
      readonly contextSize: number;
      readonly batchSize: number;
      readonly threads: number;
    }): Promise<LlamaEmbeddingContext>;
  }

  interface Llama {
    loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  }

  function getLlama(options: {
    readonly gpu: false | 'auto';
    readonly build: 'never';
    readonly skipDownload: boolean;
    readonly progressLogs: boolean;
    readonly logLevel: 'error';
    readonly logger: (level: string, message: string) => void;
    readonly maxThreads: number;
  }): Promise<Llama>;
}
