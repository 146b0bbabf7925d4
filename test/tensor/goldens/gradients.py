"""Values, gradients and gradients of gradients of PyTorch for test/tensor/gradients.test.ts.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy
    /tmp/venv/bin/python test/tensor/goldens/gradients.py > test/tensor/goldens/gradients.json

For every case: L = sum(out * w) with w_i = sin(i + 1); its gradient by each input; and, for twice differentiable ones, the gradient of
sum of squares of these gradients (and of L, so that none is undefined).
"""
import json
import torch
import torch.nn.functional as F

torch.manual_seed(7)
D = torch.float64


def rand(*shape, low=-1.0, high=1.0):
    return (low + (high - low) * torch.rand(*shape, dtype=D)).float().double()


def gru(x, wi, wh, bi, bh):
    cell = torch.nn.GRU(x.shape[2], wh.shape[0], batch_first=True, dtype=D)
    state = {'weight_ih_l0': wi.T, 'weight_hh_l0': wh.T, 'bias_ih_l0': bi, 'bias_hh_l0': bh}
    return torch.func.functional_call(cell, state, (x,))[0]


def lstm(x, wi, wh, bi, bh):
    cell = torch.nn.LSTM(x.shape[2], wh.shape[0], batch_first=True, dtype=D)
    state = {'weight_ih_l0': wi.T, 'weight_hh_l0': wh.T, 'bias_ih_l0': bi, 'bias_hh_l0': bh}
    return torch.func.functional_call(cell, state, (x,))[0]


def attention(x, wq, bq, wk, bk, wv, bv, wo, bo):
    b, t, d = x.shape
    split = lambda w, bias: (x @ w + bias).reshape(b, t, 2, d // 2).transpose(1, 2)
    scores = split(wq, bq) @ split(wk, bk).transpose(2, 3) / (d // 2) ** 0.5
    out = F.softmax(scores, -1) @ split(wv, bv)
    return out.transpose(1, 2).reshape(b, t, d) @ wo + bo


codes = torch.tensor([2, 0, 2, 1, 2])
x34 = lambda: rand(3, 4)
pos = lambda: rand(3, 4, low=0.5, high=2.0)

cases = {
    'add': (lambda a, b: a + b, [x34(), rand(4)], True),
    'sub': (lambda a, b: a - b, [rand(3, 1), x34()], True),
    'mul': (lambda a, b: a * b, [x34(), rand(1, 4)], True),
    'div': (lambda a, b: a / b, [x34(), pos()], True),
    'maximum': (torch.maximum, [x34(), x34()], False),
    'exp': (torch.exp, [x34()], True),
    'log': (torch.log, [pos()], True),
    'sqrt': (torch.sqrt, [pos()], True),
    'tanh': (torch.tanh, [x34()], True),
    'sigmoid': (torch.sigmoid, [x34()], True),
    'softplus': (F.softplus, [x34()], True),
    'silu': (F.silu, [x34()], True),
    'relu': (torch.relu, [x34()], False),
    'leakyRelu': (lambda a: F.leaky_relu(a, 0.2), [x34()], False),
    'abs': (torch.abs, [x34()], False),
    'clamp': (lambda a: a.clamp(-0.3, 0.4), [x34()], False),
    'sumAxis': (lambda a: a.sum(1), [x34()], False),
    'meanAxis': (lambda a: (a * a).mean(0), [x34()], True),
    'matmul': (lambda a, b: a @ b, [x34(), rand(4, 2)], True),
    'matmulTa': (lambda a, b: a.T @ b, [x34(), rand(3, 2)], True),
    'matmulTb': (lambda a, b: a @ b.T, [x34(), rand(5, 4)], True),
    'matmulTaTb': (lambda a, b: a.T @ b.T, [x34(), rand(5, 3)], True),
    'batched': (lambda a, b: a @ b.transpose(1, 2), [rand(2, 3, 4), rand(2, 5, 4)], True),
    'batchedTa': (lambda a, b: a.transpose(1, 2) @ b, [rand(2, 3, 4), rand(2, 3, 5)], True),
    'affine': (lambda a, w, b: a @ w + b, [x34(), rand(4, 2), rand(2)], True),
    'transpose': (lambda a: (a.permute(2, 0, 1)) ** 2, [rand(2, 3, 4)], True),
    'concatSplit': (lambda a, b: torch.cat([a[:, :1] * b[:, 1:2], a, b], 1), [x34(), rand(3, 2)], True),
    'slice': (lambda a: a[:, 1:3] ** 2, [x34()], True),
    'softmax': (lambda a: F.softmax(a, -1), [x34()], True),
    'logSoftmax': (lambda a: F.log_softmax(a, -1), [x34()], True),
    'embedding': (lambda t: t[codes] ** 2, [rand(4, 3)], True),
    'crossEntropy': (lambda a: F.cross_entropy(a, codes, reduction='none'), [rand(5, 3)], True),
    'binaryCrossEntropy': (lambda a, y: F.binary_cross_entropy_with_logits(a, y, reduction='none'),
                           [rand(3, 4, low=-3, high=3), rand(3, 4, low=0.1, high=0.9)], False),
    'normalDivergence': (lambda m, v: 0.5 * (m * m + v.exp() - v - 1).sum(-1), [x34(), x34()], True),
    'layerNorm': (lambda a, s, b: F.layer_norm(a, (4,), s, b), [x34(), rand(4), rand(4)], True),
    'batchNorm': (lambda a, s, b: F.batch_norm(a, None, None, s, b, True), [rand(5, 4), rand(4), rand(4)], True),
    'gumbelSoftmax': (lambda a, n: F.softmax((a + n) / 0.2, -1), [x34(), x34()], True),
    'attention': (attention, [rand(2, 3, 4)] + [r for _ in range(4) for r in (rand(4, 4), rand(4))], True),
    'gru': (gru, [rand(2, 3, 2), rand(2, 9), rand(3, 9), rand(9), rand(9)], True),
    'lstm': (lstm, [rand(2, 3, 2), rand(2, 12), rand(3, 12), rand(12), rand(12)], True),
    'mlp': (lambda x, w, b, v: torch.tanh(x @ w + b) @ v, [x34(), rand(4, 6), rand(6), rand(6, 1)], True),
}

flat = lambda t: [float(f'{v:.9g}') for v in t.detach().reshape(-1).tolist()]
result = {}
for name, (f, inputs, twice) in cases.items():
    inputs = [x.requires_grad_(True) for x in inputs]
    out = f(*inputs)
    w = torch.sin(torch.arange(out.numel(), dtype=D) + 1).reshape(out.shape)
    loss = (out * w).sum()
    grads = torch.autograd.grad(loss, inputs, create_graph=twice)
    entry = {
        'inputs': [{'shape': list(x.shape), 'data': flat(x)} for x in inputs],
        'out': flat(out),
        'gradients': [flat(g) for g in grads],
    }
    if twice:
        total = loss + sum((g * g).sum() for g in grads)
        entry['second'] = [flat(g) for g in torch.autograd.grad(total, inputs)]
    result[name] = entry

# WGAN-GP: the penalty of a critic with leaky ReLU and tanh, by its weights
x, w1, b1, w2 = rand(4, 3), rand(3, 5), rand(5), rand(5, 1)
weights = [t.requires_grad_(True) for t in (w1, b1, w2)]
x.requires_grad_(True)
scores = torch.tanh(F.leaky_relu(x @ w1 + b1, 0.2)) @ w2
(slope,) = torch.autograd.grad(scores.sum(), x, create_graph=True)
penalty = ((slope.norm(2, dim=1) - 1) ** 2).mean()
grads = torch.autograd.grad(penalty, weights)
result['penalty'] = {
    'inputs': [{'shape': list(t.shape), 'data': flat(t)} for t in (x, *weights)],
    'out': flat(penalty),
    'gradients': [flat(g) for g in grads],
}

# five steps of AdamW
p = torch.nn.Parameter(rand(6))
start = flat(p)
adam = torch.optim.AdamW([p], lr=0.05, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1)
for _ in range(5):
    adam.zero_grad()
    ((p - torch.arange(6, dtype=D) / 3) ** 2).sum().backward()
    adam.step()
result['adamw'] = {'inputs': [{'shape': [6], 'data': start}], 'out': flat(p), 'gradients': []}
print(json.dumps(result, separators=(',', ':')))
