/* What the targets with AVX-512 have in common. */
/* vpdpbusd multiplies unsigned by signed, so x + 128 stands for x, and the sums begin with -128 times the weights'. */
#define MG_UNSIGNED_X 1
MG_ALWAYS mg_words mg_dot(mg_words sums, mg_words words, int32_t four) {
    __m512i x = _mm512_set1_epi32(four ^ (int32_t)0x80808080u);
    return (mg_words)_mm512_dpbusd_epi32((__m512i)sums, x, (__m512i)words);
}
